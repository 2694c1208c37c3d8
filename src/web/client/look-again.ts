/** Looks again and again for what may have changed, for as long as somebody sees the page. */

const PACE_MS = 5_000;

/** `look` never throws. Not while `isBusy`: what is being timed is not to be disturbed. */
export function lookAgain(look: () => Promise<void>, isBusy: () => boolean): void {
  let underWay = false;
  const now = async () => {
    if (underWay || document.hidden || isBusy()) return;
    underWay = true;
    await look();
    underWay = false;
  };
  setInterval(() => void now(), PACE_MS);
  addEventListener('focus', () => void now());
  document.addEventListener('visibilitychange', () => void now());
  void now();
}
