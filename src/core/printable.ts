/** Text from outside (names of files, messages of decoders and servers) on its way to a person. */

/**
 * The text with everything replaced that could steer a terminal or turn the reading direction: control characters other than
 * the line feed, and format characters.
 */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n]|[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');
}
