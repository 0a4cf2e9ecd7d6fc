/**
 * One HTTP request and its response as endpoints see them: {@code Request}, {@code Responder}, the errors, and the
 * bodies and parameters that several endpoints share. Endpoints know HTTP only through this package;
 * {@code edge.http} implements it. All objects of a request are confined to the event loop of its connection.
 */
package io.millrace.edge.exchange;
