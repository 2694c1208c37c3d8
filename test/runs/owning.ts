/** A process that wants to own folders: `owning.ts BEGIN FOLDER...`, each of them at its own moment, 5 ms after the one before; says which it got. */
import { own } from '../../src/runs/run-owner.ts';

const [begin, ...folders] = process.argv.slice(2);
const got = folders.map((folder, i) => {
  // All who compete are to come at the same moment.
  while (Date.now() < Number(begin) + 5 * i);
  try {
    own(folder);
    return 'mine';
  } catch (thrown) {
    const { name, message, code } = thrown as NodeJS.ErrnoException;
    return name === 'SetupError' ? message : code;
  }
});
process.stdout.write(`${JSON.stringify(got)}\n`);
// An owner that had ended would be none.
process.stdin.resume();
