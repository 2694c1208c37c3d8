/** What a function's configuration means for whoever measures it. Pure. */
import type { FunctionConfiguration } from '../aws/lambda-client.ts';
import type { Finding } from './finding.ts';

export function configurationFindings(functionName: string, configuration: FunctionConfiguration): Finding[] {
  return [state(functionName, configuration), tracing(functionName, configuration), logs(functionName, configuration)];
}

/** Source: Lambda developer guide, "Lambda function states". */
function state(functionName: string, told: FunctionConfiguration): Finding {
  const { memoryMb, timeoutMs, architecture, state = 'Active', stateReason, updateStatus = 'Successful' } = told;
  const facts = [
    told.functionName ?? functionName,
    memoryMb !== undefined && `${memoryMb} MB`,
    timeoutMs !== undefined && `timeout ${timeoutMs / 1_000} s`,
    architecture,
    state,
    updateStatus !== 'Successful' && `update ${updateStatus}`,
    stateReason,
  ];
  const fact = facts.filter(Boolean).join(' · ');
  const name = 'function';
  const again = `aws lambda get-function-configuration --function-name ${functionName}`;
  if (state === 'Failed') return { name, mark: 'broken', fact, mend: `deploy it again; ${again} says why` };
  if (state === 'Inactive') {
    return {
      name,
      mark: 'warning',
      fact,
      mend: `its first call wakes it, for minutes: resnet-bench lambda --function ${functionName} --iterations 1 first`,
    };
  }
  if (state === 'Pending' || updateStatus === 'InProgress') {
    const waiter = state === 'Pending' ? 'function-active-v2' : 'function-updated-v2';
    return { name, mark: 'warning', fact, mend: `aws lambda wait ${waiter} --function-name ${functionName}` };
  }
  if (updateStatus === 'Failed') return { name, mark: 'warning', fact, mend: `its last change failed: ${again}` };
  return { name, mark: 'ok', fact };
}

function tracing(functionName: string, { tracing }: FunctionConfiguration): Finding {
  const name = 'tracing';
  if (tracing === undefined) return { name, mark: 'note', fact: 'AWS does not say' };
  if (tracing === 'Active') return { name, mark: 'ok', fact: 'Active: calls leave traces' };
  const mend = `aws lambda update-function-configuration --function-name ${functionName} --tracing-config Mode=Active`;
  return { name, mark: 'warning', fact: `${tracing}: calls leave no traces`, mend };
}

function logs(functionName: string, { logFormat, systemLogLevel, logGroup }: FunctionConfiguration): Finding {
  const name = 'log';
  const where = logGroup === undefined ? '' : `, ${logGroup}`;
  if (logFormat === undefined) return { name, mark: 'note', fact: `AWS does not say in which format${where}` };
  const level = logFormat === 'JSON' && systemLogLevel !== undefined ? ` ${systemLogLevel}` : '';
  const fact = `${logFormat}${level}${where}`;
  if (logFormat === 'JSON' && systemLogLevel === 'WARN') {
    const mend = `aws lambda update-function-configuration --function-name ${functionName} --logging-config LogFormat=JSON,SystemLogLevel=DEBUG`;
    return { name, mark: 'warning', fact: `${fact}: calls leave no lines with their times`, mend };
  }
  return { name, mark: 'ok', fact };
}
