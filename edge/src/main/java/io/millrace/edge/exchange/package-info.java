/**
 * One HTTP request and its response as endpoints see them: {@code Request}, {@code Responder}, the errors, and the
 * bodies and parameters that several endpoints share. Endpoints use only this of HTTP; {@code edge.http} implements it.
 * Everything of a request is confined to the event loop of its connection.
 */
package io.millrace.edge.exchange;
