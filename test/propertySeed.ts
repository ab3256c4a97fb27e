import fc from 'fast-check';

// The same cases in every run, so that a change is judged by what it changed. Another seed looks further:
// FC_SEED=$RANDOM npm run test:unit
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 2021) });
