using System.Net;
using System.Web;

namespace Keycloak.ApiProtection.Testing.Tests.Support;

/// <summary>Stands where a realm's pushes go, and keeps them.</summary>
internal sealed class PushReceiver : HttpMessageHandler
{
    /// <summary>What came: the URL, the content type, and the token in it.</summary>
    public List<(Uri Url, string ContentType, string Token)> Received { get; } = [];

    /// <summary>What is answered; null: nothing, as if nobody listened.</summary>
    public HttpStatusCode? Answer { get; set; } = HttpStatusCode.OK;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsStringAsync(cancellationToken);
        var type = request.Content.Headers.ContentType!.ToString();
        Received.Add((request.RequestUri!, type, type.StartsWith("text/", StringComparison.Ordinal) ? body : HttpUtility.ParseQueryString(body)["logout_token"]!));
        return Answer is { } status ? new HttpResponseMessage(status) : throw new HttpRequestException("Connection refused");
    }
}
