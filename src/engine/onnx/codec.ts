export { decodeModel } from './decodeModel.ts';
export { encodeModel } from './encodeModel.ts';
