//! nginx with the configuration of `examples/deploy`, on free ports. Where it is not installed the tests that need it say so and leave
//! themselves out; with `GRANTOR_REQUIRE_NGINX` set they fail instead.

use std::env;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

const PROGRAM: &str = "/usr/sbin/nginx";
const PATIENCE: Duration = Duration::from_secs(20);

/// Stopped when dropped.
pub struct Nginx {
    process: Child,
    folder: TempDir,
}

/// Is it there?
pub fn is_installed() -> bool {
    let found = Path::new(PROGRAM).exists();
    assert!(found || env::var_os("GRANTOR_REQUIRE_NGINX").is_none(), "nginx is not installed (Debian: nginx-light)");
    if !found {
        eprintln!("left out: nginx is not installed (Debian: nginx-light)");
    }
    found
}

/// A port that is free now; that it is taken before whoever asked has it is unlikely.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port()
}

impl Nginx {
    /// Serves the site that `configuration` describes, once it answers at `port`. What is said of files in it begins with `FOLDER/`.
    pub fn start(configuration: &str, port: u16, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_str().expect("text").to_owned();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("a file");
        }
        fs::write(folder.path().join("site.conf"), configuration.replace("FOLDER/", &format!("{path}/"))).expect("a file");
        // One process, so that it ends with its handle. Debian's own file has this around what is in `conf.d`.
        let around = format!(
            "daemon off;\nmaster_process off;\npid {path}/pid;\nerror_log {path}/error.log;\nevents {{}}\nhttp {{\n\
             client_body_temp_path {path}/body;\nproxy_temp_path {path}/proxy;\nfastcgi_temp_path {path}/fastcgi;\n\
             uwsgi_temp_path {path}/uwsgi;\nscgi_temp_path {path}/scgi;\ninclude {path}/site.conf;\n}}\n"
        );
        fs::write(folder.path().join("nginx.conf"), around).expect("a file");
        let mut command = Command::new(PROGRAM);
        command.args(["-p", &path, "-e", &format!("{path}/error.log"), "-c", &format!("{path}/nginx.conf")]);
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("nginx starts");
        let mut nginx = Self { process, folder };
        let (address, begun) = (SocketAddr::from(([127, 0, 0, 1], port)), Instant::now());
        while TcpStream::connect(address).is_err() {
            let ended = nginx.process.try_wait().expect("a status");
            assert!(ended.is_none() && begun.elapsed() < PATIENCE, "{ended:?}: {}", nginx.file("error.log"));
            sleep(Duration::from_millis(20));
        }
        nginx
    }

    /// What it wrote into a file of its folder.
    pub fn file(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
