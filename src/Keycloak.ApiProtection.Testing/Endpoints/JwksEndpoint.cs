namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>The JWK set (RFC 7517 section 5): active and passive signing keys and the encryption key.</summary>
internal sealed class JwksEndpoint(Realm realm) : IRealmEndpoint
{
    public async Task<Answer> AnswerAsync(EndpointRequest request) => request.IsGet
        ? Answer.Json(200, await realm.Keys.ToJwksAsync().ConfigureAwait(false), Answer.NoCache)
        : Answer.MethodNotAllowed;
}
