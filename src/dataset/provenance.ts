import * as z from 'zod';

// What an image was made from: the keys that samples and data sets share. Loose objects: what a later version adds survives.

const seed = z.int().min(0);

/** A generator by name and by the hash of what it computes with. */
export const generatorReferenceSchema = z.looseObject({
  name: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 has 64 hexadecimal digits'),
});

/** A part of an image, in its pixels. */
export const cropSchema = z.looseObject({
  x: z.int().min(0),
  y: z.int().min(0),
  width: z.int().min(1),
  height: z.int().min(1),
});

/**
 * Where in latent space an image lies. `z` may be named by seed and index of our random numbers, which give the same
 * vector everywhere; `w` and `w+` (one row per style layer) only by their values.
 */
export type Latent =
  | { readonly space: 'z'; readonly seed: number; readonly index: number }
  | { readonly space: 'z'; readonly values: readonly number[] }
  | { readonly space: 'w'; readonly values: readonly number[] }
  | { readonly space: 'w+'; readonly values: readonly (readonly number[])[] };

const values = z.array(z.number()).min(1);

// Typed by hand: the index signatures of inferred loose objects would keep `'seed' in latent` from telling the forms apart.
export const latentSchema: z.ZodType<Latent> = z.union([
  z.looseObject({ space: z.literal('z'), seed, index: z.int().min(0) }),
  z.looseObject({ space: z.literal('z'), values }),
  z.looseObject({ space: z.literal('w'), values }),
  z.looseObject({ space: z.literal('w+'), values: z.array(values).min(1) }),
]);

/** lerp(w_avg, w, psi) on the first `layers` style layers, or on all of them. */
export const truncationSchema = z.looseObject({
  psi: z.number(),
  layers: z.union([z.int().min(0), z.literal('all')]),
});
export type Truncation = z.infer<typeof truncationSchema>;

/** The noise that synthesis adds: the generator's constant one, or drawn from a seed. */
export const noiseSchema = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('constant') }),
  z.looseObject({ kind: z.literal('seeded'), seed }),
]);
export type Noise = z.infer<typeof noiseSchema>;
