/**
 * Imported before onnxruntime-node, whose binding reads this variable when it is loaded. Without it the runtime writes a device
 * id and a database into the user's cache folder and sends events to its maker, from threads within the process that is measured.
 */
process.env.ORT_DISABLE_TELEMETRY ??= '1';
