/** The picture that is to be sent: chosen or dropped, looked at, and judged before it leaves. */
import { byId, fill, h } from './elements.ts';
import { pictureKind } from './picture-kind.ts';
import { shrunk } from './shrink.ts';

export interface ChosenPicture {
  readonly name: string;
  readonly blob: Blob;
  readonly isShrunk: boolean;
}

const MB = 1e6;
const SIGNATURE_BYTES = 16;

export class PictureField {
  readonly #file = byId('file') as HTMLInputElement;
  readonly #drop = byId('drop');
  readonly #preview = byId('preview');
  readonly #check = byId('check');
  #mostBytes = Number.POSITIVE_INFINITY;
  #picture: ChosenPicture | undefined;
  /** Of the choice that is being looked at: a later one takes its place. */
  #turn = 0;
  #shown: string | undefined;

  constructor() {
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

  limit(mostBytes: number): void {
    this.#mostBytes = mostBytes;
  }

  /** Undefined when there is none that may be sent; then it says so. */
  get picture(): ChosenPicture | undefined {
    if (this.#picture === undefined && this.#check.childElementCount === 0) {
      this.#complain('Choose a picture first: a JPG, JPEG or PNG.');
    }
    if (this.#picture === undefined) this.#file.focus();
    return this.#picture;
  }

  #chosen(file: File | undefined): void {
    if (file !== undefined) void this.#take(file.name, file, false);
  }

  async #take(name: string, blob: Blob, isShrunk: boolean): Promise<void> {
    const turn = ++this.#turn;
    this.#picture = undefined;
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
    if (size === '') {
      fill(
        this.#check,
        h('p', { class: 'note' }, 'This browser cannot decode it: it seems to be broken. It can be sent all the same.'),
      );
    }
    if (blob.size > this.#mostBytes) this.#offer(name, blob, size !== '');
    else this.#picture = { name, blob, isShrunk };
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

  #offer(name: string, blob: Blob, isDecodable: boolean): void {
    const words = `${name} has ${megabytes(blob.size)} and Lambda takes ${megabytes(this.#mostBytes)}: it is not sent.`;
    const button = h('button', { type: 'button', class: 'more' }, 'Shrink it here');
    button.addEventListener('click', () => void this.#shrink(name, blob));
    fill(
      this.#check,
      h(
        'div',
        { class: 'note' },
        h('p', {}, words),
        isDecodable && button,
        !isDecodable && h('p', {}, 'Choose another.'),
      ),
    );
  }

  async #shrink(name: string, blob: Blob): Promise<void> {
    try {
      await this.#take(name, await shrunk(blob, this.#mostBytes), true);
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

/** `640 x 426`; empty when this browser cannot decode it. */
async function sizeOf(blob: Blob): Promise<string> {
  try {
    const { width, height } = await createImageBitmap(blob);
    return `${width} x ${height}`;
  } catch {
    return '';
  }
}

function megabytes(bytes: number): string {
  return bytes >= MB ? `${(bytes / MB).toFixed(1)} MB` : `${Math.ceil(bytes / 1_000)} kB`;
}

/** As the contract has it. */
export async function bodyOf(blob: Blob): Promise<string> {
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(String(reader.result)));
    reader.addEventListener('error', () => reject(new Error('the file cannot be read any more: choose it again')));
    reader.readAsDataURL(blob);
  });
  return JSON.stringify({ image: url.slice(url.indexOf(',') + 1) });
}
