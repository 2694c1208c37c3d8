/** The least that can be done with onnxruntime-node, as a contender: a session of its own each round, since two at once spin against each other. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { INPUT_LENGTH, preprocess } from '../src/classifier/preprocess.ts';
import { type Contender, timed } from './side-by-side.ts';

/** First calls of a fresh session, thrown away. */
export const SETTLING_CALLS = 3;

/** The picture is decoded before each call, so that the caches see what they see in a real one. */
export function bareSession(name: string, modelFile: string, threads: number, picture: Uint8Array): Contender {
  return {
    name,
    async round(calls) {
      const session = await InferenceSession.create(modelFile, { intraOpNumThreads: threads });
      const inputName = session.inputNames[0]!;
      const input = new Float32Array(INPUT_LENGTH);
      const times: number[] = [];
      for (let call = 0; call < SETTLING_CALLS + calls; call++) {
        await preprocess(picture, 'torchvision', input);
        const feeds = { [inputName]: new Tensor('float32', input, [1, 3, 224, 224]) };
        times.push(await timed(() => session.run(feeds)));
      }
      await session.release();
      return times.slice(SETTLING_CALLS);
    },
  };
}
