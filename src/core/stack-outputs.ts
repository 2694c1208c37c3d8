/** The outputs of the stack that lambda-image/template.yaml makes, by which commands find its function. */

export const STACK_OUTPUTS = {
  functionUrl: 'FunctionUrl',
  /** Only of a stack with an HTTP API. */
  httpApiUrl: 'HttpApiUrl',
  functionName: 'FunctionName',
  functionArn: 'FunctionArn',
  logGroup: 'LogGroup',
  region: 'Region',
} as const;
