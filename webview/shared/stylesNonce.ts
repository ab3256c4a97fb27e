// To be imported before the toolkit: at its start it tries out a style sheet of its own, and takes the nonce that the content security
// policy wants of it from here. The page gives the same nonce to scripts and styles.
const { currentScript } = document;
if (currentScript !== null) {
  const meta = document.createElement('meta');
  meta.setAttribute('property', 'csp-nonce');
  meta.content = currentScript.nonce;
  document.head.append(meta);
}
