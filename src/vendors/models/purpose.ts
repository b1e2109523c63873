/** What a model is made for, which decides how to ask it. */
export type Purpose = 'chat' | 'embeddings' | 'moderations' | 'rerank' | 'media';

/** What the model called `name` is made for, as far as its name tells. */
export function purposeOf(name: string): Purpose {
  return PURPOSES.find(([pattern]) => pattern.test(name))?.[1] ?? 'chat';
}

const PURPOSES: readonly (readonly [name: RegExp, purpose: Purpose])[] = [
  [/rerank/i, 'rerank'],
  [/moderation/i, 'moderations'],
  [/embed|(?:^|[/-])(?:bge|gte|e5|minilm)-/i, 'embeddings'],
  [
    /dall-e|imagen|(?:^|[/-])(?:gpt-image|flux|sdxl?|stable-diffusion|whisper|tts|sora|veo|lyria)|[-_](?:tts|image|transcribe|realtime|speech|live)(?:[-_]|$)/i,
    'media',
  ],
];
