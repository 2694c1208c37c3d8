/** What a reader of a target's figures must be told, each with advice. Pure: from what is known of the target and its summary. */
import type { Machine, Summary, TargetInfo, Warning } from '../core/record.ts';

/** A single call so far above the median tells of the machine rather than of the classifier. */
const SLOW_CALL_RATIO = 3;

/** `machine`: that of the run, where it is known. */
export function warningsOf(info: TargetInfo, summary: Summary, machine?: Machine): Warning[] {
  return [
    syntheticWeights(info),
    slowIntegers(info, machine),
    failures(summary),
    forbidden(info, summary),
    moreThanTheCall(summary),
    slowCalls(summary),
  ].filter(warning => warning !== undefined);
}

function syntheticWeights({ model }: TargetInfo): Warning | undefined {
  if (model?.weights !== 'synthetic') return undefined;
  return {
    code: 'synthetic-weights',
    message: `${model.name} has made-up weights: times are real, LABELS ARE NOT`,
    advice: 'resnet-bench model pull gets a trained model',
  };
}

/**
 * Instructions that add products of bytes in one step; without them integers gain little, and on x86 pairs of products may saturate on the way.
 * Source: onnxruntime's page on quantisation.
 */
const BYTE_PRODUCTS = /^(avx512_vnni|avx_vnni|amx_int8|asimddp|i8mm)$/;

function slowIntegers({ model, cpuFlags, emulated, connection }: TargetInfo, machine?: Machine): Warning | undefined {
  if (!model?.precision?.startsWith('int8')) return undefined;
  const isHere = emulated || connection === undefined;
  const flags = cpuFlags ?? (isHere ? machine?.cpuFlags : undefined);
  if (flags === undefined || flags.some(flag => BYTE_PRODUCTS.test(flag))) return undefined;
  return {
    code: 'slow-integers',
    message: `${model.name} computes in int8, and the processor has no instructions for that (VNNI, on Arm dotprod): it gains little, and its answers may differ from those where they are`,
    advice: 'compare with a float32 model here, or measure int8 on a processor that has them',
  };
}

function failures({ failed }: Summary): Warning | undefined {
  const counts = Object.entries(failed);
  if (counts.length === 0) return undefined;
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  return {
    code: 'failed-queries',
    message: `${total} ${total === 1 ? 'call' : 'calls'} failed and ${total === 1 ? 'is' : 'are'} in no figure: ${counts.map(([kind, count]) => `${count} ${kind}`).join(', ')}`,
    advice: 'the CSV report names each',
  };
}

function forbidden({ frontDoor, url }: TargetInfo, { failed }: Summary): Warning | undefined {
  const count = failed['http-403'] ?? 0;
  if (count === 0) return undefined;
  const message = `${count} ${count === 1 ? 'call was' : 'calls were'} answered 403: not allowed`;
  if (frontDoor === 'invoke') {
    return {
      code: 'forbidden',
      message,
      advice: 'resnet-bench aws policy prints what whoever measures must be allowed',
    };
  }
  const isUrl = frontDoor === 'url' && url !== undefined;
  const advice = isUrl
    ? 'Function URLs made since October 2025 need two permissions: resnet-bench aws policy --url'
    : 'does it take a key or a token? --header sends one';
  return { code: 'forbidden', message, advice };
}

/** The work lies within the call; nothing is clamped, so that a function with a wrong clock shows itself. */
function moreThanTheCall({ warm, unknown }: Summary): Warning | undefined {
  const times = warm?.outsideMs ?? unknown?.outsideMs;
  if (times === undefined || times.mean >= 0) return undefined;
  return {
    code: 'handler-longer-than-call',
    message: 'the function tells of longer times than its calls took',
    advice: 'its clock or its figures are wrong: trust the service time alone',
  };
}

function slowCalls({ warm }: Summary): Warning | undefined {
  // The one stage that takes as long for every picture.
  const times = warm?.inferenceMs;
  if (times === undefined || times.p50 === null || times.max < SLOW_CALL_RATIO * times.p50) return undefined;
  return {
    code: 'slow-calls',
    message: `the slowest warm inference took ${(times.max / times.p50).toFixed(1)} times the median`,
    advice: 'other work on the machine may disturb the figures: repeat when it is quiet',
  };
}
