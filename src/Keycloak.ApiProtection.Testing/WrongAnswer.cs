namespace Keycloak.ApiProtection.Testing;

/// <summary>Incorrect responses, as Keycloak itself or a component between an API and Keycloak may return them.</summary>
public enum WrongAnswer
{
    /// <summary>200 with an HTML page, such as a proxy's login or error page.</summary>
    Html,

    /// <summary>200 without a body.</summary>
    Empty,

    /// <summary>200 with half of the correct response, which is not valid JSON.</summary>
    BrokenJson,

    /// <summary>200 with a JSON array where an object is expected.</summary>
    JsonArray,

    /// <summary>200 with valid JSON of more than 10 MB that includes the correct response.</summary>
    Huge,

    /// <summary>The connection is closed in the middle of the body.</summary>
    CutOff,

    /// <summary>302 to another host.</summary>
    Redirect,

    /// <summary>404, as for a realm that does not exist.</summary>
    NotFound,

    /// <summary>429 with <c>Retry-After: 1</c>: a rate limit.</summary>
    TooManyRequests,

    /// <summary>500 with Keycloak's error body.</summary>
    ServerError,

    /// <summary>503 with <c>Retry-After: 1</c>, as from a load balancer without servers.</summary>
    ServiceUnavailable,

    /// <summary>The discovery document contains another issuer. Other endpoints respond correctly.</summary>
    ForeignIssuer,

    /// <summary>
    /// The discovery document contains addresses on another host, which does not resolve. Other endpoints respond correctly.
    /// </summary>
    ForeignAddresses,

    /// <summary>The JWK set is empty. Other endpoints respond correctly.</summary>
    NoKeys,

    /// <summary>The JWK set contains only encryption keys. Other endpoints respond correctly.</summary>
    OnlyEncryptionKeys,

    /// <summary>The JWK set contains keys of another realm with the correct <c>kid</c>s. Other endpoints respond correctly.</summary>
    ForeignKeys,
}
