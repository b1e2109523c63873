/** Parsed JSON that a test looks into and compares without narrowing it first. */
// oxlint-disable-next-line typescript/no-explicit-any -- an assertion on a wrong shape fails the test, which is its purpose
export type Json = any;
