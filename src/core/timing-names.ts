/** The times of one query, milliseconds each; by themselves, so that reading a command line loads no schema. */
export const TIMING_NAMES = [
  /** Base64 and JSON of the request, once per picture. */
  'encodeMs',
  /** Name lookup, TCP and TLS. This and the next three are the wire's view of the service time. */
  'connectMs',
  'requestMs',
  'firstByteMs',
  'downloadMs',
  /** Request JSON and base64 to bytes, in the classifier's process. */
  'parseMs',
  /** Decode, resize, crop, normalise. */
  'preprocessMs',
  'inferenceMs',
  /** Softmax and top five. */
  'postprocessMs',
  /** The whole of the work: parse, preprocess, inference and postprocess with what lies between. */
  'handlerMs',
  /** Creating the environment's runtime, code and model; locally reading the model and creating its session. */
  'initMs',
  /** Of the init, as far as the process itself can tell: from its start to the first line of our code; loading the code and the libraries; reading the model and making its session. */
  'runtimeStartMs',
  'importsMs',
  'sessionMs',
  'invocationMs',
  /** After the answer; belongs to no sum. */
  'overheadMs',
  'durationMs',
  'billedMs',
  'serviceSideMs',
  'networkMs',
  'unexplainedMs',
  'outsideMs',
] as const;

export type TimingName = (typeof TIMING_NAMES)[number];
