namespace Keycloak.ApiProtection.Testing;

/// <summary>Ways in which what stands between an API and Keycloak, or Keycloak itself, answers wrongly.</summary>
public enum WrongAnswer
{
    /// <summary>200 with an HTML page: a proxy's login or error page.</summary>
    Html,

    /// <summary>200 without a body.</summary>
    Empty,

    /// <summary>200 with the right answer, cut in the middle: not JSON any more.</summary>
    BrokenJson,

    /// <summary>200 with a JSON array where an object is expected.</summary>
    JsonArray,

    /// <summary>200 with well-formed JSON of more than 10 MB, right answer included.</summary>
    Huge,

    /// <summary>The connection breaks in the middle of the body.</summary>
    CutOff,

    /// <summary>302 to another host.</summary>
    Redirect,

    /// <summary>404 as for a realm that does not exist.</summary>
    NotFound,

    /// <summary>429 with <c>Retry-After: 1</c>: a rate limit.</summary>
    TooManyRequests,

    /// <summary>500 as Keycloak words it.</summary>
    ServerError,

    /// <summary>503 with <c>Retry-After: 1</c>: a load balancer without servers.</summary>
    ServiceUnavailable,

    /// <summary>The discovery document names another issuer. Other endpoints answer rightly.</summary>
    ForeignIssuer,

    /// <summary>The discovery document names addresses on another host (that does not resolve). Other endpoints answer rightly.</summary>
    ForeignAddresses,

    /// <summary>The JWK set is empty. Other endpoints answer rightly.</summary>
    NoKeys,

    /// <summary>The JWK set holds encryption keys only. Other endpoints answer rightly.</summary>
    OnlyEncryptionKeys,

    /// <summary>The JWK set holds keys of another realm under the right <c>kid</c>s. Other endpoints answer rightly.</summary>
    ForeignKeys,
}
