import type { ToolChoice } from './conversation.ts';

/** Whether the choice forces the model to call a tool. */
export function isForced(choice: ToolChoice | undefined): boolean {
  switch (choice?.mode) {
    case 'required':
    case 'tool':
    case 'native':
      return true;
    case 'allowed':
      return choice.required;
    default:
      return false;
  }
}
