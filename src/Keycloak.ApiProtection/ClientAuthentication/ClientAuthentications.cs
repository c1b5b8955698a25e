namespace Keycloak.ApiProtection.ClientAuthentication;

/// <summary>Creates the client authentication that the settings ask for.</summary>
internal static class ClientAuthentications
{
    /// <summary>Creates the client authentication for validated credentials.</summary>
    /// <exception cref="InvalidOperationException">The key cannot be read, which validation would have reported.</exception>
    public static IClientAuthentication Of(string clientId, KeycloakClientCredentials credentials, TimeProvider time) =>
        credentials.EffectiveMethod switch
        {
            ClientAuthenticationMethod.ClientSecretPost => new ClientSecretPost(clientId, credentials.Secret!),
            ClientAuthenticationMethod.PrivateKeyJwt => ClientKey.TryRead(credentials, out var key, out var problem)
                ? new PrivateKeyJwt(clientId, key, time)
                : throw new InvalidOperationException($"The private key in credentials {problem}."),
            ClientAuthenticationMethod.TlsClientCertificate => new TlsClientCertificate(clientId),
            _ => new ClientSecretBasic(clientId, credentials.Secret!),
        };
}
