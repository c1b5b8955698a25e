using System.Net;

namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>A complete response of Keycloak.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The body.</param>
/// <param name="RetryAfter">How long the response asks to wait; null if it does not say.</param>
internal sealed record AdminResponse(HttpStatusCode Status, byte[] Body, TimeSpan? RetryAfter);
