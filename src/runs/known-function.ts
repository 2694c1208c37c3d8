/** What is known of a function before it is asked: of a deployed one its address or name, of ours what it is given. */
import type { TargetInfo } from '../core/record.ts';
import { parseAddress } from '../runners/lambda-address.ts';
import { plainName, regionOf } from '../runners/lambda-door.ts';
import type { ChosenModel } from './choose-model.ts';
import { isPlayedHere } from './evidence-options.ts';
import type { DeployedFunction, TargetOptions } from './targets.ts';

type Options = Pick<TargetOptions, 'deployed' | 'emulated' | 'connection' | 'preprocess'>;

/** Throws UsageError for an address that is none. */
export function knownFunction({ deployed, emulated, connection, preprocess }: Options, model: ChosenModel): TargetInfo {
  if (deployed !== undefined)
    return { emulated: isPlayedHere(deployed, process.env), connection, ...whereOf(deployed) };
  const { frontDoor, memoryMb, threads, shares } = emulated;
  return {
    ...{ emulated: true, connection, frontDoor, memoryMb, model: model.info, preprocess },
    ...(threads !== undefined && { threads }),
    // Whether limits can be had is seen when it starts.
    ...(!shares.limits && { cpuShare: 'unlimited' as const }),
  };
}

function whereOf({ url, frontDoor: given, functionName }: DeployedFunction): Partial<TargetInfo> {
  const named = functionName === undefined ? {} : { functionName: plainName(functionName) };
  if (url === undefined) {
    const region = functionName === undefined ? undefined : regionOf(functionName);
    return { ...named, frontDoor: 'invoke', ...(region !== undefined && { region }) };
  }
  const { shown, frontDoor = given, region } = parseAddress(url);
  return { ...named, url: shown, ...(frontDoor && { frontDoor }), ...(region !== undefined && { region }) };
}
