//! Sockets that look up from their wait: a statement that is cancelled ends its requests at once.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};

use crate::error::EngineError;
use crate::wasm::Cancellation;

/// How long one wait lasts before cancellation is looked at.
pub const POLL: Duration = Duration::from_millis(20);

/// Why to stop, if somebody wants that.
pub fn stopped(cancellation: &Cancellation) -> Option<EngineError> {
    cancellation.notice_time(Instant::now());
    cancellation.reason()
}

/// Connects to the addresses that the resolver allowed, and to nothing else.
pub struct PatientConnector(pub Arc<Cancellation>);

impl fmt::Debug for PatientConnector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PatientConnector")
    }
}

impl Connector for PatientConnector {
    type Out = PatientTransport;

    fn connect(
        &self,
        details: &ConnectionDetails,
        _: Option<()>,
    ) -> Result<Option<PatientTransport>, ureq::Error> {
        let deadline = Instant::now() + *details.timeout.after;
        let mut last = ureq::Error::ConnectionFailed;
        for (index, address) in details.addrs.iter().enumerate() {
            // Each gets its share of the time that is left.
            let left = deadline.saturating_duration_since(Instant::now());
            let share = left / (details.addrs.len() - index) as u32;
            match connect(address, share, &self.0) {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    let config = details.config;
                    return Ok(Some(PatientTransport {
                        stream,
                        cancellation: Arc::clone(&self.0),
                        buffers: LazyBuffers::new(
                            config.input_buffer_size(),
                            config.output_buffer_size(),
                        ),
                    }));
                }
                Err(error) => last = error.into(),
            }
        }
        Err(last)
    }
}

/// Tries in slices: a connection that is begun anew after each is slower only where nobody answers.
fn connect(
    address: &std::net::SocketAddr,
    patience: Duration,
    cancellation: &Cancellation,
) -> io::Result<TcpStream> {
    let deadline = Instant::now() + patience;
    // An answer takes longer than a poll across oceans; a cancelled wait may last this long.
    let mut slice = Duration::from_millis(250);
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        match TcpStream::connect_timeout(address, slice.min(left)) {
            Err(error) if error.kind() == ErrorKind::TimedOut => {}
            outcome => return outcome,
        }
        if stopped(cancellation).is_some() {
            return Err(ErrorKind::ConnectionAborted.into());
        }
        slice *= 2;
    }
}

/// One connection.
pub struct PatientTransport {
    stream: TcpStream,
    cancellation: Arc<Cancellation>,
    buffers: LazyBuffers,
}

impl fmt::Debug for PatientTransport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PatientTransport")
    }
}

impl PatientTransport {
    /// Repeats a step that waits at most a poll until it is done, time is up or somebody stops it.
    fn wait<T>(
        &mut self,
        timeout: NextTimeout,
        mut step: impl FnMut(&mut Self) -> io::Result<T>,
    ) -> Result<T, ureq::Error> {
        let deadline = Instant::now() + *timeout.after;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ureq::Error::Timeout(timeout.reason));
            }
            let slice = Some(left.min(POLL).max(Duration::from_millis(1)));
            self.stream.set_read_timeout(slice)?;
            self.stream.set_write_timeout(slice)?;
            match step(self) {
                Ok(done) => return Ok(done),
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
                    ) => {}
                Err(error) => return Err(error.into()),
            }
            if stopped(&self.cancellation).is_some() {
                return Err(io::Error::from(ErrorKind::ConnectionAborted).into());
            }
        }
    }
}

impl Transport for PatientTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let mut sent = 0;
        while sent < amount {
            sent += self.wait(timeout, |transport| {
                let output = &transport.buffers.output()[sent..amount];
                match transport.stream.write(output)? {
                    0 => Err(ErrorKind::WriteZero.into()),
                    count => Ok(count),
                }
            })?;
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let count = self.wait(timeout, |transport| {
            let space = transport.buffers.input_append_buf();
            transport.stream.read(space)
        })?;
        self.buffers.input_appended(count);
        Ok(count > 0)
    }

    fn is_open(&mut self) -> bool {
        // Nothing may wait to be read on a connection between two requests.
        let mut byte = [0];
        self.stream.set_nonblocking(true).is_ok()
            && matches!(self.stream.peek(&mut byte), Err(error) if error.kind() == ErrorKind::WouldBlock)
            && self.stream.set_nonblocking(false).is_ok()
    }
}
