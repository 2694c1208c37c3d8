// `node memory-parts.mjs MODEL PICTURE...`: loads what the function loads, step by step; prints what was resident at most after each, MB, as JSON.
import { readFileSync } from 'node:fs';

const [model, ...pictures] = process.argv.slice(2);
const peaks = {};
const note = step => {
  peaks[step] = Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))[1]) / 1_024;
};
note('Node');
await import('../dist/classifier/decode.js');
note('sharp and libvips');
await import('../dist/classifier/session.js');
note('onnxruntime');
const { createClassifier } = await import('../dist/classifier/classify.js');
const classifier = await createClassifier({ modelFile: model, threads: 1, preprocess: 'torchvision' });
note('session');
for (let call = 0; call < 3 * pictures.length; call += 1) {
  await classifier.classify(readFileSync(pictures[call % pictures.length]));
  if (call === 0) note('first answer');
}
note(`${3 * pictures.length} answers`);
process.stdout.write(JSON.stringify(peaks));
process.exit(0);
