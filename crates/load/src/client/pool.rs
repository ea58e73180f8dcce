use super::Connection;

/// Connections that are free. The one used last is taken first, so that as few as needed stay open.
#[derive(Debug, Default)]
pub(super) struct Pool {
    free: Vec<Connection>,
}

impl Pool {
    pub(super) fn take(&mut self) -> Option<Connection> {
        while let Some(connection) = self.free.pop() {
            if !connection.is_closed() {
                return Some(connection);
            }
        }
        None
    }

    pub(super) fn put(&mut self, connection: Connection) {
        if !connection.is_closed() {
            self.free.push(connection);
        }
    }
}
