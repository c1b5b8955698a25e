namespace Keycloak.ApiProtection.ClientAuthentication;

/// <summary>From settings to the way in which a question shows who asks.</summary>
internal static class ClientAuthentications
{
    /// <summary>The way that validated credentials ask for.</summary>
    /// <exception cref="InvalidOperationException">The key cannot be read: validation has not been asked.</exception>
    public static IClientAuthentication Of(string clientId, KeycloakClientCredentials credentials, TimeProvider time) => credentials.EffectiveMethod switch
    {
        ClientAuthenticationMethod.ClientSecretPost => new ClientSecretPost(clientId, credentials.Secret!),
        ClientAuthenticationMethod.PrivateKeyJwt => ClientKey.TryRead(credentials, out var key, out var problem)
            ? new PrivateKeyJwt(clientId, key, time)
            : throw new InvalidOperationException($"The private key in credentials {problem}."),
        ClientAuthenticationMethod.TlsClientCertificate => new TlsClientCertificate(clientId),
        _ => new ClientSecretBasic(clientId, credentials.Secret!),
    };
}
