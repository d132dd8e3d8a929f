//! The ends of TLS that settings describe: PEM files read into what rustls wants.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use thiserror::Error;

/// Why a certificate or key is unusable.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("TLS file {path}: {detail}", path = .path.display())]
pub struct TlsFileError {
    /// Which file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub detail: String,
}

impl TlsFileError {
    fn new(path: &Path, detail: impl std::fmt::Display) -> Self {
        Self {
            path: path.to_owned(),
            detail: detail.to_string(),
        }
    }
}

/// A server's end, from its certificate and key.
pub fn server(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsFileError> {
    let chain = certificates(certificate)?;
    let private = private_key(key)?;
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private))
        .map(Arc::new)
        .map_err(|error| TlsFileError::new(certificate, error))
}

/// A client's end, trusting the authorities in `ca` or else the operating system's.
pub fn client(ca: Option<&Path>) -> Result<Arc<ClientConfig>, TlsFileError> {
    let system = Path::new("(system)");
    let mut roots = RootCertStore::empty();
    match ca {
        Some(path) => {
            for certificate in certificates(path)? {
                roots
                    .add(certificate)
                    .map_err(|error| TlsFileError::new(path, error))?;
            }
        }
        None => {
            let found = rustls_native_certs::load_native_certs();
            let (added, _) = roots.add_parsable_certificates(found.certs);
            if added == 0 {
                let detail = "the operating system has no certificate authorities; set tls_ca";
                return Err(TlsFileError::new(system, detail));
            }
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsFileError::new(ca.unwrap_or(system), error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsFileError> {
    let found: Vec<_> = rustls_pemfile::certs(&mut open(path)?)
        .collect::<Result<_, _>>()
        .map_err(|error| TlsFileError::new(path, error))?;
    if found.is_empty() {
        return Err(TlsFileError::new(path, "it holds no certificate in PEM"));
    }
    Ok(found)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsFileError> {
    rustls_pemfile::private_key(&mut open(path)?)
        .map_err(|error| TlsFileError::new(path, error))?
        .ok_or_else(|| TlsFileError::new(path, "it holds no private key in PEM"))
}

fn open(path: &Path) -> Result<BufReader<File>, TlsFileError> {
    File::open(path)
        .map(BufReader::new)
        .map_err(|error| TlsFileError::new(path, error))
}
