/** What there is to choose of the traces and log lines that Lambda writes. */

/** AWS writes both today: `new` has times of the answer as annotations, and no child Invocation. */
export const TRACE_LAYOUTS = ['old', 'new'] as const;
export type TraceLayout = (typeof TRACE_LAYOUTS)[number];

/** The function's segment comes with the service's, later, or never. */
export const TRACE_PARTIALS = ['no', 'late', 'always'] as const;
export type TracePartial = (typeof TRACE_PARTIALS)[number];

/** Everything a client does not decline; as Lambda decides where no client does; nothing, whoever asks. */
export const SAMPLINGS = ['all', 'lambda', 'none'] as const;
export type Sampling = (typeof SAMPLINGS)[number];

export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];
