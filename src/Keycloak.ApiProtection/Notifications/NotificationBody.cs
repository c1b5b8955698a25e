using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>
/// Reads the signed message from the body of a notification, up to 16 KiB. Keycloak's notifications have about a tenth of that size.
/// </summary>
internal static class NotificationBody
{
    private const int MaximumSize = 16 * 1024;

    /// <summary>Returns the body of a push, which is the message, or why it is rejected.</summary>
    public static ValueTask<(string? Text, NotificationRejection? Rejection)> ReadTextAsync(HttpContext context) =>
        ReadAsync(context, "text/plain");

    /// <summary>Returns the form's <c>logout_token</c>, or why the body is rejected.</summary>
    public static async ValueTask<(string? Text, NotificationRejection? Rejection)> ReadLogoutTokenAsync(HttpContext context)
    {
        var (form, rejection) = await ReadAsync(context, "application/x-www-form-urlencoded");
        return rejection is not null ? (null, rejection)
            : Parameter(form!) is { } token ? (token, null)
            : (null, NotificationRejection.Parameter);
    }

    private static async ValueTask<(string? Text, NotificationRejection? Rejection)> ReadAsync(HttpContext context, string contentType)
    {
        var request = context.Request;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            // The server stops reading a body that is too long.
            size.MaxRequestBodySize = MaximumSize + 1;
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals(contentType, StringComparison.OrdinalIgnoreCase))
        {
            return (null, NotificationRejection.ContentType);
        }

        if (request.ContentLength > MaximumSize)
        {
            return (null, NotificationRejection.Size);
        }

        var buffer = new byte[(int)(request.ContentLength ?? MaximumSize) + 1];
        var length = 0;
        try
        {
            while (length < buffer.Length)
            {
                var read = await request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted);
                if (read == 0)
                {
                    break;
                }

                length += read;
            }
        }
        catch (BadHttpRequestException)
        {
            return (null, NotificationRejection.Size);
        }

        // A valid body is ASCII. Other bytes become question marks, which no token contains.
        return length > MaximumSize ? (null, NotificationRejection.Size) : (Encoding.ASCII.GetString(buffer, 0, length), null);
    }

    /// <summary>Returns the parameter; null unless it is present exactly once. Other parameters are ignored (section 2.5).</summary>
    private static string? Parameter(string form)
    {
        string? found = null;
        foreach (var pair in new QueryStringEnumerable(form))
        {
            if (pair.DecodeName().Span is "logout_token")
            {
                if (found is not null)
                {
                    return null;
                }

                found = pair.DecodeValue().ToString();
            }
        }

        return found;
    }
}
