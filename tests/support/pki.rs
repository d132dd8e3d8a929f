//! An authority of the test's own, and the certificates that it issues to addresses: files for those that speak TLS.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

use super::process;

/// Who vouches for certificates; nobody knows it but those who are shown its own.
pub struct Authority {
    dir: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key, PEM files.
pub struct Issued {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Authority {
    pub fn new() -> Authority {
        let dir = process::new_dir("authority");
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        // Certificates that it issues have another name: one of the same would look as if it had signed itself.
        params
            .distinguished_name
            .push(DnType::CommonName, "an authority of tests");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().expect("a key");
        let own = params.self_signed(&key).expect("a certificate");
        std::fs::write(dir.join("ca.pem"), own.pem()).expect("a file in our own folder");
        Authority {
            dir,
            issuer: Issuer::new(params, key),
        }
    }

    /// The file with its own certificate.
    pub fn certificate(&self) -> PathBuf {
        self.dir.join("ca.pem")
    }

    /// A certificate for whoever is at this address.
    pub fn issue(&self, ip: Ipv4Addr) -> Issued {
        let file = |end: &str| self.dir.join(format!("{ip}-{end}.pem"));
        let issued = Issued {
            certificate: file("certificate"),
            key: file("key"),
        };
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![ip.to_string()]).expect("an address");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let write = |path: &Path, pem: String| std::fs::write(path, pem).expect("a file in our own folder");
        write(&issued.certificate, certificate.pem());
        write(&issued.key, key.serialize_pem());
        issued
    }
}
