/** The symbol versions that a shared library asks of the libraries it is linked with. Source: System V ABI, and "ELF Symbol Versioning" of the Linux Standard Base. */

const SHT_GNU_VERNEED = 0x6ffffffe;
const [ELF64, LITTLE_ENDIAN] = [2, 1];
const MACHINES: Readonly<Record<number, string>> = { 62: 'x64', 183: 'arm64' };

export interface Needed {
  /** As Node calls it. */
  readonly machine: string;
  /** `GLIBC_2.17` and the like, with the library that is to have it. */
  readonly versions: readonly { readonly library: string; readonly version: string }[];
}

/** Throws Error for anything but a 64-bit little-endian ELF file. */
export function neededVersions(file: Buffer): Needed {
  if (file.toString('latin1', 0, 4) !== '\x7fELF' || file[4] !== ELF64 || file[5] !== LITTLE_ENDIAN)
    throw new Error('no 64-bit little-endian ELF file');
  const number64 = (at: number) => Number(file.readBigUInt64LE(at));
  const [table, size, count] = [number64(0x28), file.readUInt16LE(0x3a), file.readUInt16LE(0x3c)];
  const sections = Array.from({ length: count }, (_, i) => {
    const at = table + i * size;
    return {
      type: file.readUInt32LE(at + 4),
      offset: number64(at + 0x18),
      link: file.readUInt32LE(at + 0x28),
      entries: file.readUInt32LE(at + 0x2c),
    };
  });
  const versions: { library: string; version: string }[] = [];
  for (const { offset, link, entries } of sections.filter(({ type }) => type === SHT_GNU_VERNEED)) {
    const names = sections[link]!.offset;
    const nameAt = (at: number) => file.toString('latin1', names + at, file.indexOf(0, names + at));
    for (let i = 0, need = offset; i < entries; i += 1, need += file.readUInt32LE(need + 12)) {
      const few = file.readUInt16LE(need + 2);
      const library = nameAt(file.readUInt32LE(need + 4));
      for (let j = 0, aux = need + file.readUInt32LE(need + 8); j < few; j += 1, aux += file.readUInt32LE(aux + 12)) {
        versions.push({ library, version: nameAt(file.readUInt32LE(aux + 8)) });
      }
    }
  }
  return { machine: MACHINES[file.readUInt16LE(0x12)] ?? 'another', versions };
}
