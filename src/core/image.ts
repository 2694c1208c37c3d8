/** An input picture: its file's bytes, read once at the start of a run, and what is known of it. */
export interface Image {
  /** Unique within a run: the file's name, or its path where names collide. */
  readonly name: string;
  /** The file as it is, encoded (JPEG, PNG, ...). */
  readonly bytes: Uint8Array;
  /** Hex SHA-256 of `bytes`. */
  readonly sha256: string;
  /** Pixels as stored, before any EXIF rotation; absent when the header cannot be read. */
  readonly width?: number;
  readonly height?: number;
  /** Container found in the bytes, whatever the name says (`jpeg`, `png`, ...); absent when unknown. */
  readonly format?: string;
}
