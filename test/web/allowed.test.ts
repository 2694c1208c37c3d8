/** Who may ask the page's server. */
import { describe, expect, it } from 'vitest';
import { type Asking, whyNot } from '../../src/web/allowed.ts';

const OURS: Asking = { method: 'GET', host: '127.0.0.1:8050', origin: undefined, site: undefined, mode: undefined };
const may = (asking: Partial<Asking>, host = '127.0.0.1') =>
  whyNot({ ...OURS, ...asking }, { host, port: 8050 }) === undefined;

describe('a server of this machine alone', () => {
  it.each(['127.0.0.1:8050', 'localhost:8050', 'LOCALHOST:8050', '[::1]:8050', '127.0.0.2:8050'])(
    'goes by the name %s',
    host => expect(may({ host })).toBe(true),
  );

  it.each([
    'evil.example:8050',
    'localhost',
    'localhost:8051',
    '127.0.0.1',
    '127.0.0.1.evil.example:8050',
    'localhost.evil.example:8050',
    'evil.example#localhost:8050',
    'user@localhost:8050',
    '192.168.0.7:8050',
    '0.0.0.0:8050',
    '[::]:8050',
    '',
    ':8050',
    '127.0.0.1:8050:8050',
    undefined,
  ])('not by %j', host => expect(may({ host })).toBe(false));

  it('serves its own pages, and what is no page', () => {
    expect(may({ origin: 'http://127.0.0.1:8050', site: 'same-origin', mode: 'cors', method: 'POST' })).toBe(true);
    expect(may({ host: 'localhost:8050', origin: 'http://LOCALHOST:8050' })).toBe(true);
    expect(may({ site: 'none', mode: 'navigate' })).toBe(true);
  });

  it.each([
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'https://127.0.0.1:8050' },
    { origin: 'http://localhost:8050' },
    { origin: 'http://127.0.0.1:8051' },
    { site: 'cross-site', mode: 'no-cors' },
    { site: 'same-site', mode: 'cors' },
    { site: 'cross-site', mode: 'navigate', method: 'POST' },
  ])('not other pages: %j', asking => expect(may(asking)).toBe(false));

  it('may be reached by a link', () => expect(may({ site: 'cross-site', mode: 'navigate' })).toBe(true));
});

describe('a server for others too', () => {
  it.each(['192.168.0.7:8050', '[fe80::1]:8050', 'localhost:8050'])('goes by an address: %s', host =>
    expect(may({ host }, '0.0.0.0')).toBe(true),
  );
  it('goes by a name only when it was given that', () => {
    expect(may({ host: 'bench.local:8050' }, 'bench.local')).toBe(true);
    expect(may({ host: 'evil.example:8050' }, '0.0.0.0')).toBe(false);
    expect(may({ host: 'evil.example:8050' }, '192.168.0.7')).toBe(false);
  });
});
