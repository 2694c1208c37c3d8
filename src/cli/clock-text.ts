/** A duration as a clock shows it: 0:05, 21:30, 2:03:10. */

/** `seconds`: whole, not negative. */
export function clockText(seconds: number): string {
  const two = (count: number) => `${count}`.padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
