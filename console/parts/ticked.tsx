/** A sentence of the gateway, with what stands between backticks as code. */
export function Ticked({ text }: { readonly text: string }) {
  return <>{text.split('`').map((part, at) => (at % 2 === 0 ? part : <code key={at}>{part}</code>))}</>;
}
