//! TLS for both ends of SMPP links, through rustls.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::SmppEdgeError;

/// The server's side, from its certificate and key.
pub(super) fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor, SmppEdgeError> {
    let chain = certificates(certificate)?;
    let private = private_key(key)?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private))
        .map_err(|error| tls_error(certificate, error.to_string()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// A client's side, trusting the authorities in `ca` or else the operating system's.
pub(super) fn connector(ca: Option<&Path>) -> Result<TlsConnector, SmppEdgeError> {
    let mut roots = RootCertStore::empty();
    match ca {
        Some(path) => {
            for certificate in certificates(path)? {
                roots
                    .add(certificate)
                    .map_err(|error| tls_error(path, error.to_string()))?;
            }
        }
        None => {
            let found = rustls_native_certs::load_native_certs();
            let (added, _) = roots.add_parsable_certificates(found.certs);
            if added == 0 {
                let detail = "the operating system has no certificate authorities; set tls_ca".to_owned();
                return Err(tls_error(Path::new("(system)"), detail));
            }
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| tls_error(ca.unwrap_or(Path::new("(system)")), error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, SmppEdgeError> {
    let found: Vec<_> = rustls_pemfile::certs(&mut open(path)?)
        .collect::<Result<_, _>>()
        .map_err(|error| tls_error(path, error.to_string()))?;
    if found.is_empty() {
        return Err(tls_error(path, "it holds no certificate in PEM".to_owned()));
    }
    Ok(found)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, SmppEdgeError> {
    rustls_pemfile::private_key(&mut open(path)?)
        .map_err(|error| tls_error(path, error.to_string()))?
        .ok_or_else(|| tls_error(path, "it holds no private key in PEM".to_owned()))
}

fn open(path: &Path) -> Result<BufReader<File>, SmppEdgeError> {
    File::open(path)
        .map(BufReader::new)
        .map_err(|error| tls_error(path, error.to_string()))
}

fn tls_error(path: &Path, detail: String) -> SmppEdgeError {
    SmppEdgeError::Tls {
        path: path.to_owned(),
        detail,
    }
}
