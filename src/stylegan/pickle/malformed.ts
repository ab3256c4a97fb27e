/**
 * What is wrong with the bytes of a file, as a clause without the file's name ("the pickle ends inside a string").
 * Readers turn it into a UserError where they know the name of the file.
 */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}
