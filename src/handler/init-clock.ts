/** When the first line of our code ran. To be imported before all else, so that what loading the rest takes can be told. */

/** Milliseconds since the process began. Under a runtime of AWS's the files of the handler were read by then, though nothing of them had run. */
export const codeStartMs = performance.now();
