/** The function's configuration as it stands and as it changes. Source: Lambda API reference, UpdateFunctionConfiguration; developer guide, "Lambda function states". */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ApiError } from './aws-api.ts';
import { type EmulatorConfig, functionArn, isReserved } from './config.ts';
import { after } from './moment.ts';

/** Of all variables, as JSON. */
const VARIABLES_LIMIT = 4_096;

const variablesSchema = z.record(z.string().regex(/^[a-zA-Z][a-zA-Z0-9_]+$/), z.string());

/** What can be changed here; null is no more than absent. */
export const changeSchema = z.object({
  Environment: z.object({ Variables: variablesSchema.nullish() }).nullish(),
  MemorySize: z.int().min(128).max(10_240).nullish(),
  Timeout: z.int().min(1).max(900).nullish(),
  Description: z.string().max(256).nullish(),
  RevisionId: z.string().nullish(),
});
export type Change = z.output<typeof changeSchema>;

export class FunctionConfiguration {
  /** Serves calls. */
  #current: EmulatorConfig;
  /** Serves none yet; `#current` when nothing changes. */
  #next: EmulatorConfig;
  #description = 'on the embedded emulator';
  #revisionId: string = randomUUID();
  #changedAt = new Date();
  readonly #applied: (config: EmulatorConfig) => void;

  /** `applied` is told when calls are to meet a new one. */
  constructor(config: EmulatorConfig, applied: (config: EmulatorConfig) => void) {
    this.#current = config;
    this.#next = config;
    this.#applied = applied;
  }

  /** What was asked for last, whether or not it serves already. */
  get config(): EmulatorConfig {
    return this.#next;
  }

  facts(): { description: string; revisionId: string; changedAt: Date; inProgress: boolean } {
    const inProgress = this.#current !== this.#next;
    return { description: this.#description, revisionId: this.#revisionId, changedAt: this.#changedAt, inProgress };
  }

  /** Calls meet the old one for a while. Variables are replaced as a whole. Throws ApiError. */
  change({ Environment, MemorySize, Timeout, Description, RevisionId }: Change): void {
    if (this.#current !== this.#next) {
      throw new ApiError(
        'ResourceConflictException',
        `The operation cannot be performed at this time. An update is in progress for resource: ${functionArn(this.#next)}`,
        409,
      );
    }
    if (RevisionId != null && RevisionId !== this.#revisionId) {
      throw new ApiError(
        'PreconditionFailedException',
        'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
        412,
      );
    }
    const env = Environment == null ? this.#next.env : (Environment.Variables ?? {});
    checkVariables(env);
    this.#next = {
      ...this.#next,
      env,
      ...(MemorySize != null && { memoryMb: MemorySize }),
      ...(Timeout != null && { timeoutMs: Timeout * 1_000 }),
    };
    this.#description = Description ?? this.#description;
    this.#revisionId = randomUUID();
    this.#changedAt = new Date();
    after(this.#next.updateMs, () => {
      this.#current = this.#next;
      this.#revisionId = randomUUID();
      this.#applied(this.#current);
    });
  }
}

function checkVariables(env: Readonly<Record<string, string>>): void {
  const what =
    'Lambda was unable to configure your environment variables because the environment variables you have provided';
  const reserved = Object.keys(env).filter(isReserved);
  if (reserved.length > 0) {
    throw new ApiError(
      'InvalidParameterValueException',
      `${what} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  }
  if (Buffer.byteLength(JSON.stringify(env)) > VARIABLES_LIMIT) {
    throw new ApiError(
      'InvalidParameterValueException',
      `${what} exceeded the 4KB limit. String measured: ${JSON.stringify(env).length}`,
    );
  }
}
