/** The picture that is to be sent: chosen or dropped, looked at, and judged before it leaves. */
import type { Settings, TargetName } from './answers.ts';
import { byId, fill, h } from './elements.ts';
import { pictureKind } from './picture-kind.ts';
import { type Limit, limitBroken } from './picture-limits.ts';
import { shrunk } from './shrink.ts';
import { storedBitmap } from './stored-picture.ts';

export interface ChosenPicture {
  readonly name: string;
  readonly blob: Blob;
  readonly isShrunk: boolean;
}

interface SeenPicture extends ChosenPicture {
  readonly isDecodable: boolean;
}

const MB = 1e6;
const SIGNATURE_BYTES = 16;

export class PictureField {
  readonly #file = byId('file') as HTMLInputElement;
  readonly #drop = byId('drop');
  readonly #preview = byId('preview');
  readonly #check = byId('check');
  readonly #targets: () => readonly TargetName[];
  #mostBytes: Settings['mostPictureBytes'] | undefined;
  #seen: SeenPicture | undefined;
  /** Of the choice that is being looked at: a later one takes its place. */
  #turn = 0;
  #shown: string | undefined;

  /** `targets`: where it is to go, as it is chosen at the time. */
  constructor(targets: () => readonly TargetName[]) {
    this.#targets = targets;
    this.#file.addEventListener('change', () => this.#chosen(this.#file.files?.[0]));
    for (const type of ['dragenter', 'dragover']) {
      this.#drop.addEventListener(type, event => {
        event.preventDefault();
        this.#drop.classList.add('over');
      });
    }
    for (const type of ['dragleave', 'drop']) {
      this.#drop.addEventListener(type, () => this.#drop.classList.remove('over'));
    }
    this.#drop.addEventListener('drop', event => {
      event.preventDefault();
      this.#chosen(event.dataTransfer?.files[0]);
    });
    // Beside the field a dropped file would replace the page.
    for (const type of ['dragover', 'drop']) addEventListener(type, event => event.preventDefault());
  }

  limits(mostBytes: Settings['mostPictureBytes']): void {
    this.#mostBytes = mostBytes;
    this.judge();
  }

  /** Says what stands against sending what is chosen. To be called when it is to go elsewhere, too. */
  judge(): void {
    const seen = this.#seen;
    if (seen === undefined) return;
    fill(
      this.#check,
      !seen.isDecodable &&
        h('p', { class: 'note' }, 'This browser cannot decode it: it seems to be broken. It can be sent all the same.'),
    );
    const limit = this.#limitBroken(seen);
    if (limit !== undefined) this.#offer(seen, limit);
  }

  /** Undefined when there is none that may be sent; then it says so. */
  get picture(): ChosenPicture | undefined {
    const seen = this.#seen;
    const picture = seen === undefined || this.#limitBroken(seen) !== undefined ? undefined : seen;
    if (picture === undefined && this.#check.childElementCount === 0) {
      this.#complain('Choose a picture first: a JPG, JPEG or PNG.');
    }
    if (picture === undefined) this.#file.focus();
    return picture;
  }

  #limitBroken({ blob }: SeenPicture): Limit | undefined {
    return limitBroken(blob.size, this.#targets(), this.#mostBytes);
  }

  #chosen(file: File | undefined): void {
    if (file !== undefined) void this.#take(file.name, file, false);
  }

  async #take(name: string, blob: Blob, isShrunk: boolean): Promise<void> {
    const turn = ++this.#turn;
    this.#seen = undefined;
    fill(this.#check);
    this.#preview.hidden = true;
    const kind = pictureKind(new Uint8Array(await blob.slice(0, SIGNATURE_BYTES).arrayBuffer()));
    if (turn !== this.#turn) return;
    if (kind === undefined) {
      this.#complain(`${name} is neither a JPEG nor a PNG, whatever its name says. Choose a picture.`);
      return;
    }
    const size = await sizeOf(blob);
    if (turn !== this.#turn) return;
    this.#show(name, blob, [kind.toUpperCase(), size, megabytes(blob.size), isShrunk && 'shrunk here'], size !== '');
    this.#seen = { name, blob, isShrunk, isDecodable: size !== '' };
    this.judge();
  }

  #show(name: string, blob: Blob, facts: readonly (string | false)[], isDecodable: boolean): void {
    if (this.#shown !== undefined) URL.revokeObjectURL(this.#shown);
    this.#shown = isDecodable ? URL.createObjectURL(blob) : undefined;
    fill(
      this.#preview,
      this.#shown !== undefined && h('img', { src: this.#shown, alt: `preview of ${name}` }),
      h('figcaption', {}, [name, ...facts].filter(Boolean).join(' · ')),
    );
    this.#preview.hidden = false;
  }

  #offer({ name, blob, isDecodable }: SeenPicture, { bytes, whose, isLocalLarger }: Limit): void {
    const words = `${name} has ${megabytes(blob.size)} and ${whose} takes ${megabytes(bytes)}: it is not sent.`;
    const button = h('button', { type: 'button', class: 'more' }, 'Shrink it here');
    button.addEventListener('click', () => void this.#shrink(name, blob, bytes));
    const elsewhere = isLocalLarger ? 'This machine alone takes it as it is.' : '';
    fill(
      this.#check,
      h(
        'div',
        { class: 'note' },
        h('p', {}, [words, elsewhere, !isDecodable && !isLocalLarger && 'Choose another.'].filter(Boolean).join(' ')),
        isDecodable && button,
      ),
    );
  }

  async #shrink(name: string, blob: Blob, mostBytes: number): Promise<void> {
    try {
      await this.#take(name, await shrunk(blob, mostBytes), true);
      byId('go').focus();
    } catch (thrown) {
      this.#complain(
        `${name} could not be shrunk: ${thrown instanceof Error ? thrown.message : thrown}. Choose another.`,
      );
    }
  }

  #complain(text: string): void {
    fill(this.#check, h('p', { class: 'note' }, text));
  }
}

/** `640 x 426`, as it is stored; empty when this browser cannot decode it. */
async function sizeOf(blob: Blob): Promise<string> {
  try {
    const picture = await storedBitmap(blob);
    const size = `${picture.width} x ${picture.height}`;
    picture.close();
    return size;
  } catch {
    return '';
  }
}

function megabytes(bytes: number): string {
  return bytes >= MB ? `${(bytes / MB).toFixed(1)} MB` : `${Math.ceil(bytes / 1_000)} kB`;
}
