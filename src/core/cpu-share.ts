/** What Lambda gives of a processor, by the memory of the function. */

/** Memory at which it is the time of one whole processor. Source: Lambda developer guide, "Configure Lambda function memory". */
export const MB_PER_CPU = 1769;
