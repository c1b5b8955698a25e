namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>The JWK set: signing keys, passive ones too, and the encryption key (RFC 7517 section 5).</summary>
internal sealed class JwksEndpoint(Realm realm) : IRealmEndpoint
{
    public async Task<Answer> AnswerAsync(EndpointRequest request) => request.IsGet
        ? Answer.Json(200, await realm.Keys.ToJwksAsync().ConfigureAwait(false), Answer.NoCache)
        : Answer.MethodNotAllowed;
}
