//! SOAP over HTTP: what the three services answer to the requests that the HTTP edge hands them.

mod gateway;

pub use gateway::SoapGateway;
