/** A picture as the body of a request. */

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
