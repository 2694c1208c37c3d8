/** How a picture becomes the network's input. `torchvision`: its very bytes. `fast`: large JPEGs decoded at reduced size; close to it. */
export const PREPROCESS_MODES = ['torchvision', 'fast'] as const;
export type PreprocessMode = (typeof PREPROCESS_MODES)[number];
