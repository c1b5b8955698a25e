using Keycloak.ApiProtection.ClientAuthentication;

namespace Keycloak.ApiProtection;

/// <summary>How this API authenticates to Keycloak as a client (OpenID Connect Core section 9, RFC 8705).</summary>
public enum ClientAuthenticationMethod
{
    /// <summary>Client id and secret in the <c>Authorization</c> header (RFC 6749 section 2.3.1). The default with a secret.</summary>
    ClientSecretBasic,

    /// <summary>Client id and secret in the form.</summary>
    ClientSecretPost,

    /// <summary>A JWT signed with the client's private key (RFC 7523); in Keycloak "Signed JWT". The default with a key.</summary>
    PrivateKeyJwt,

    /// <summary>
    /// A client certificate (RFC 8705 section 2); in Keycloak "X509 Certificate". It must be configured on the named
    /// <c>HttpClient</c> (<see cref="KeycloakBearerOptions.BackchannelHttpClientName"/>).
    /// </summary>
    TlsClientCertificate,
}
