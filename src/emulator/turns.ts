/** Two turns of the event loop: what lies in pipes and sockets already is read in them. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 2; i += 1) await new Promise(resolve => setImmediate(resolve));
}
