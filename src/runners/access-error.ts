/** AWS does not know who asks, or nobody knows which AWS: the same words whatever was asked for. */
import type { AwsFailure } from '../aws/aws-failure.ts';
import { SetupError } from '../core/errors.ts';

/** Undefined for another kind of failure. `kind`: what has an ARN; `without`: what can be done with no credentials. */
export function accessError(failure: AwsFailure, kind: 'function' | 'stack', without: string): SetupError | undefined {
  switch (failure.kind) {
    case 'credentials':
    case 'expired':
      return new SetupError(
        `there are no AWS credentials that are good: ${failure.message}`,
        `give them as to the AWS CLI (aws configure, aws sso login, AWS_PROFILE), or ${without}`,
        failure,
      );
    case 'region':
      return new SetupError(
        'no AWS region is known',
        `set AWS_REGION, or name the ${kind} by its ARN; resnet-bench doctor looks whether credentials are there, too`,
        failure,
      );
    default:
      return undefined;
  }
}
